"""What the voice agent says, word for word, and how dates and times are written: one language, one catalogue."""

from app.domain.speech.catalogue import languages
from app.domain.speech.labels import day_label, time_label, time_labels
from app.domain.speech.samples import samples
from app.domain.speech.sentences import inner_message, sentence, summary

__all__ = ["day_label", "inner_message", "languages", "samples", "sentence", "summary", "time_label", "time_labels"]
