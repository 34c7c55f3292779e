"""Draws the pictures of the dashboards' panels, without Grafana."""
