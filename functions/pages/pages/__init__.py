"""Pages: the public site. It shows forms and answers as HTML, over the public API as its only door."""
