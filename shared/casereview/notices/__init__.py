"""Which notices exist, what each text needs, and the public notice shown before and after filing."""
