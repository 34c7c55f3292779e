"""The prose check of `make lint`: words to avoid, and how readers are addressed."""
