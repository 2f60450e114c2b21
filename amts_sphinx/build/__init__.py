"""The main process: what one run of ``sphinx-build -b amts`` does, step by step."""
