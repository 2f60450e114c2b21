"""Score engines and editions against what people translated."""
