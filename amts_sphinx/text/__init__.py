"""What is done to plain and coded text: sentences, typography, differences, scores."""
