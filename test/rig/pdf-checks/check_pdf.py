"""
pyHanko's verdict on signed PDFs, offline, one line a fact:
    file NAME
    signature BOTTOM_LINE INTACT VALID TRUSTED COVERAGE MODIFICATIONS SEEN_TIMESTAMP
Usage: check_pdf.py ROOT.der[,ROOT.der] FILE...   Only the roots given are trusted.
"""
import logging
import os
import sys

from asn1crypto import x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

logging.disable(logging.CRITICAL)


def load(path):
    with open(path, 'rb') as file:
        return x509.Certificate.load(file.read())


def report(path):
    with open(path, 'rb') as file:
        reader = PdfFileReader(file)
        for embedded in reader.embedded_signatures:
            context = ValidationContext(trust_roots=roots, allow_fetching=False)
            status = validate_pdf_signature(embedded, context, ts_validation_context=context)
            stamp = status.timestamp_validity
            print(
                'signature',
                status.bottom_line,
                status.intact,
                status.valid,
                status.trusted,
                status.coverage.name,
                status.modification_level.name,
                'none' if stamp is None else stamp.valid and stamp.trusted,
            )


roots = [load(path) for path in sys.argv[1].split(',')]
for path in sys.argv[2:]:
    print('file', os.path.basename(path))
    try:
        report(path)
    except Exception as error:  # whatever it stumbles over is its verdict on this file, not on the next
        print('signature False False False False', type(error).__name__, 'UNREADABLE none')
