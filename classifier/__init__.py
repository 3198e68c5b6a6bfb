"""Text in, judgement out: what a message is about, how urgent it is, and which of its words say so.

from classifier import load judgements = load().judge(["Is it normal that the battery smokes? :)"])

This is the whole seam. The package imports nothing of Vigie and knows nothing of databases or HTTP; another model may
take its place behind these names.
"""

from classifier.first_look import FirstLook, first
from classifier.judge import Classifier, load
from classifier.judgement import CATEGORIES, LANGUAGES, Judgement, Reason, Sentiment, Weight
from classifier.weights import WrongWeights

__all__ = [
    "CATEGORIES", "LANGUAGES", "Classifier", "FirstLook", "Judgement", "Reason", "Sentiment", "Weight", "WrongWeights",
    "first", "load",
]  # fmt: skip
