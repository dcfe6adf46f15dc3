"""Files as they were downloaded, recognised by their content and read into sheets of text.

`sheets` is the door: it takes any file and gives its tables and lists of documents, or says why it cannot. No vendor
is known here, and no value is interpreted: dates, money and codes stay the text that the file holds.
"""

from __future__ import annotations

from pipelines.reading.model import BadRow, Original, Refusal, Sheet
from pipelines.reading.recognise import sheets

__all__ = ["BadRow", "Original", "Refusal", "Sheet", "sheets"]
