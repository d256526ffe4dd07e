"""Creates the resources of each type on the emulators, or says why a type is not created."""
