"""The lab: delivery programs measured side by side on shaped links, against the fluid bound."""
