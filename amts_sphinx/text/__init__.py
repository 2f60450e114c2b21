"""Work on plain and coded text: sentences, typography, differences, scores."""
