"""Small classifiers that read a request in well under a millisecond, on one CPU core.

One pass over a text yields `Features`; every head (intent, emotion, difficulty, ...) gathers its
own rows from them. Run time needs numpy only; training needs scikit-learn and scipy.
"""
