import io
import zipfile

from odoo.tests import BaseCase, tagged

from ..engine import texts, uploads


def archive(*names, mimetype=None):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as made:
        if mimetype:
            made.writestr("mimetype", mimetype)
        for name in names:
            made.writestr(name, "x")
    return content.getvalue()


@tagged("post_install", "-at_install")
class TestUploads(BaseCase):
    """What a file is, by its content."""

    def test_taken(self):
        """Pictures, films, PDF, text and office documents."""
        table = {
            b"\xff\xd8\xff\xe0rest": uploads.JPEG,
            b"\x89PNG\r\n\x1a\nrest": uploads.PNG,
            b"GIF89arest": uploads.GIF,
            b"RIFF\0\0\0\0WEBPrest": uploads.WEBP,
            b"\0\0\0\x18ftypheicrest": uploads.HEIC,
            b"\0\0\0\x18ftypmp42rest": uploads.MP4,
            b"\0\0\0\x14ftypqt  rest": uploads.MOV,
            b"%PDF-1.7 rest": uploads.PDF,
            "Zażółć, it leaks".encode(): uploads.TEXT,
            b"a < b and 3 <4": uploads.TEXT,
            archive("[Content_Types].xml", "word/document.xml"): uploads.OFFICE[
                "word/"
            ],
            archive("[Content_Types].xml", "xl/workbook.xml"): uploads.OFFICE["xl/"],
            archive(
                "content.xml", mimetype="application/vnd.oasis.opendocument.text"
            ): uploads.OPEN_DOCUMENTS["application/vnd.oasis.opendocument.text"],
        }
        for content, kind in table.items():
            with self.subTest(content=content[:20]):
                self.assertEqual(uploads.find_kind(content), kind)

    def test_not_taken(self):
        """Programs, pages, scripts, archives, macros, and what nobody knows."""
        for content in (
            b"",
            b"MZ\x90\0\x03",
            b"\x7fELF\x02",
            b"<html><script>alert(1)</script>",
            b"  <svg onload='x'/>",
            b"text before <!DOCTYPE html>",
            b"#!/bin/sh\nrm",
            b"\xfe\xfe\xfe",
            b"PK\x03\x04broken",
            archive("readme.txt"),
            archive("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"),
            archive("x", mimetype="application/java"),
            b"\0\0\0\x18ftypevil",
        ):
            with self.subTest(content=content[:20]):
                self.assertIsNone(uploads.find_kind(content))

    def test_broken_archives(self):
        """An archive that is damaged anywhere is not taken, and breaks nothing."""
        mimetype = "application/vnd.oasis.opendocument.text"
        for method in (zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA):
            made = io.BytesIO()
            with zipfile.ZipFile(made, "w", method) as whole:
                whole.writestr("mimetype", mimetype)
            whole = made.getvalue()
            for place in range(4, len(whole)):
                for sign in (0, 0xFF):
                    content = bytearray(whole)
                    content[place] = sign
                    kind = uploads.find_kind(bytes(content))
                    self.assertIn(kind, (None, uploads.OPEN_DOCUMENTS[mimetype]))

    def test_names(self):
        """No folder, nothing invisible, an ending that is true."""
        table = {
            "leak.JPG": "leak.JPG",
            "../../etc/leak.jpg": "leak.jpg",
            "C:\\photos\\leak.jpg": "leak.jpg",
            "page.html": "page.html.jpg",
            "gpj.exe\u202e.jpg": "gpj.exe.jpg",
            "": "file.jpg",
            ".jpg": "jpg.jpg",
            "a" * 500 + ".jpg": "a" * 120 + ".jpg",
        }
        for name, cleaned in table.items():
            with self.subTest(name=name[:20]):
                self.assertEqual(uploads.clean_name(name, uploads.JPEG), cleaned)

    def test_file_urls(self):
        """Core's addresses of files become ours, with their tokens gone."""
        for url in (
            "/web/image/7",
            "/web/image/7?access_token=abc&amp;unique=1",
            "/web/content/7/leak.png?download=true",
            "https://shop.example/web/image/7",
            "/web/image/7-abc/300x300/leak.png?access_token=abc",
        ):
            with self.subTest(url=url):
                body = texts.replace_file_urls(f'<img src="{url}">', "/f/{}".format)
                self.assertEqual(body, '<img src="/f/7">')
        for url in (
            "/web/image?id=7&amp;access_token=secret",
            "/web/content?access_token=secret&amp;id=7",
            "/web/image/ir.attachment/7/raw?access_token=secret",
        ):
            with self.subTest(url=url):
                body = texts.replace_file_urls(f'<img src="{url}">', "/f/{}".format)
                self.assertNotIn("secret", body)
        kept = '<a href="https://shop.example/page">/web/login</a>'
        self.assertEqual(texts.replace_file_urls(kept, "/f/{}".format), kept)

    def test_first_line(self):
        """The first line that says something, cut at a word."""
        self.assertEqual(texts.first_line("\n It leaks \nbadly", 80), "It leaks")
        self.assertEqual(texts.first_line("The pump leaks", 12), "The pump…")
        self.assertEqual(texts.first_line("Donaudampfschiff", 6), "Donau…")
        self.assertEqual(texts.first_line(" \n", 80), "")
