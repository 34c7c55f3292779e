"""Reading and checking of rule files."""
