"""Accounts: people and programs that sign in."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Users and API tokens."""

    name = "bizworks.accounts"
    label = "accounts"
