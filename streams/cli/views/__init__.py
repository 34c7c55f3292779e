"""How the commands show values in a terminal."""
