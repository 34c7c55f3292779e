"""Headlines of the project's own, in which leaders and namesakes of leaders are put."""
