"""Persons appear as tokens; what is said of them is sealed."""
