"""Plan documents as offices write them, each with the facts it holds; ``python -m tests.corpus FOLDER`` writes all."""
