"""CloudFormation: loads the SAM template, resolves its intrinsic functions, creates its resources."""
