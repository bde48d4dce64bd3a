"""The command line: the one place where an answer meets a person."""
