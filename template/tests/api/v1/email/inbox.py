"""Mails with a link."""

from tests.smtp import MailServer

AUTH = "/api/v1/auth"


class Inbox(MailServer):
    """Knows the tokens of the links that were mailed."""

    @property
    def tokens(self) -> list[str]:
        """Return the tokens, the first first."""
        return [mail.get_content().split("#token=")[1].split()[0] for mail in self.mails]
