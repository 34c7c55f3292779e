"""The command line: one module for each command.

The modules define the arguments, the output and the exit codes. Data goes to standard output. Logs
and messages go to standard error. Other packages do not import this one.
"""
