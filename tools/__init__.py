"""Generators and launchers for the development of Tocsin. They are not part of the wheel."""
