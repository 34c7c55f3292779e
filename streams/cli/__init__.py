"""The command line: one module per command.

Owns arguments, what is printed, and exit codes. Data goes to standard output, logs and messages to
standard error. Nothing else imports from here.
"""
