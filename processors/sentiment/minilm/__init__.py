"""The small model: a fine-tuned sentence encoder that reads a sentence towards one target."""
