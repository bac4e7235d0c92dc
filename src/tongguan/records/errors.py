"""What the operational store refuses: typed, in both languages, each saying whether a retry helps."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from tongguan.model.vocabulary import Label


class RecordsError(Exception):
    """Base of what this room raises on purpose.

    Attributes:
        key: stable name of the kind of error, for programs.
        label: the sentence in both languages; ``str()`` gives the English one.
        retry_helps: the same call may succeed later without anybody changing anything.
    """

    key: ClassVar[str] = "records"
    retry_helps: ClassVar[bool] = False

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.label = Label(zh=zh, en=en)


class BadDsnError(RecordsError):
    """The address of the store cannot be used."""

    key = "bad_dsn"

    def __init__(self, shown: str, why_zh: str, why_en: str) -> None:
        super().__init__(
            f"数据库地址 {shown!r} 无效：{why_zh}；有效形式：sqlite:////绝对路径.db、postgresql://用户@主机/库",
            f"database address {shown!r} is not valid: {why_en}; valid: sqlite:////absolute/path.db, postgresql://user@host/name",
        )


class StoreBusyError(RecordsError):
    """Another writer held the store for too long."""

    key = "store_busy"
    retry_helps = True

    def __init__(self, seconds: float) -> None:
        super().__init__(
            f"业务库被其他写入占用超过 {seconds:g} 秒，请稍后重试",
            f"another writer held the operational store for more than {seconds:g} s; a retry helps",
        )


class StoreUnreachableError(RecordsError):
    """The database does not answer, or its file cannot be opened."""

    key = "store_unreachable"
    retry_helps = True

    def __init__(self, shown: str, why: str) -> None:
        super().__init__(
            f"无法连接业务库 {shown!r}：{why}；请检查数据库是否运行，然后重试",
            f"the operational store {shown!r} cannot be reached: {why}; check that it runs, then retry",
        )


class NewerStoreError(RecordsError):
    """The store was made by a later release."""

    key = "newer_store"

    def __init__(self, found: str, known: str) -> None:
        super().__init__(
            f"业务库版本 {found!r} 比本程序新（本程序最新为 {known!r}），请升级程序",
            f"the operational store is at revision {found!r}, "
            f"which this release does not know (its latest is {known!r}); upgrade the program",
        )


class BlockUnfinishedError(RecordsError):
    """A block was planned while another was on its way."""

    key = "block_unfinished"

    def __init__(self, number: int, unfinished: int) -> None:
        super().__init__(
            f"不能计划数据块 {number}：数据块 {unfinished} 尚未完成",
            f"block {number} cannot be planned: block {unfinished} is not finished yet",
        )


class NoSuchRowError(RecordsError):
    """A row that the call names does not exist, or is not in the state that the call needs."""

    key = "no_such_row"

    def __init__(self, kind_zh: str, kind_en: str, name: object) -> None:
        super().__init__(f"没有可处理的{kind_zh} {name!r}", f"there is no such {kind_en}: {name!r}")


class NameTakenError(RecordsError):
    """A user with that name exists."""

    key = "name_taken"

    def __init__(self, name: str) -> None:
        super().__init__(f"用户名 {name!r} 已被使用", f"the user name {name!r} is taken")


class TokenNameTakenError(RecordsError):
    """A token with that name is in force."""

    key = "token_name_taken"

    def __init__(self, name: str) -> None:
        super().__init__(f"已有名为 {name!r} 的有效令牌", f"a token called {name!r} is in force; revoke it or give another name")


class BadNameError(RecordsError):
    """The text cannot be a user's name."""

    key = "bad_name"

    def __init__(self, name: str, most: int) -> None:
        super().__init__(
            f"用户名 {name!r} 无效：须为 1–{most} 个可见字符，首尾无空格",
            f"{name!r} cannot be a user name: give 1–{most} visible characters, without spaces at either end",
        )


class BadPreferenceError(RecordsError):
    """A preference has no such value."""

    key = "bad_preference"

    def __init__(self, what: str, value: str, valid: tuple[str, ...]) -> None:
        shown = ", ".join(valid)
        super().__init__(f"{what} 不能为 {value!r}；有效值：{shown}", f"{what} cannot be {value!r}; valid: {shown}")


class PasswordRule(StrEnum):
    """What a password must not be."""

    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    TOO_COMMON = "too_common"


class WeakPasswordError(RecordsError):
    """The password breaks a rule; the password itself is never repeated.

    Attributes:
        rule: which rule.
    """

    key = "weak_password"

    def __init__(self, rule: PasswordRule, zh: str, en: str) -> None:
        super().__init__(zh, en)
        self.rule = rule


class WrongCredentialsError(RecordsError):
    """Name and password do not belong together: which of them is wrong is not told."""

    key = "wrong_credentials"

    def __init__(self) -> None:
        super().__init__("用户名或密码错误", "the user name or the password is wrong")


class DisabledUserError(RecordsError):
    """The user is disabled; told only to somebody who knows the password."""

    key = "user_disabled"

    def __init__(self, name: str) -> None:
        super().__init__(f"用户 {name!r} 已停用，请联系管理员", f"the user {name!r} is disabled; ask an administrator")


class LockedOutError(RecordsError):
    """Too many failures in a row under this name.

    Attributes:
        until: from when on the next attempt is looked at.
    """

    key = "locked_out"
    retry_helps = True

    def __init__(self, until: datetime) -> None:
        self.until = until
        moment = until.isoformat(timespec="seconds")
        super().__init__(f"登录失败次数过多，请于 {moment} 之后重试", f"too many failed sign-ins; try again after {moment}")


class VaultKeyError(RecordsError):
    """The master key does not open what is stored."""

    key = "vault_key"

    def __init__(self, owner: str) -> None:
        super().__init__(
            f"主密钥无法打开 {owner!r} 的数据密钥：请使用创建本库时的主密钥",
            f"the master key does not open the data key of {owner!r}: use the master key that this store was made with",
        )


class ViewNameTakenError(RecordsError):
    """The user has a view of that name on the page."""

    key = "view_name_taken"

    def __init__(self, name: str) -> None:
        super().__init__(f"已有名为“{name}”的视图，请换名或覆盖", f"a view called {name!r} exists here; give another name or overwrite it")


class BadViewNameError(RecordsError):
    """The text cannot be a view's name."""

    key = "bad_view_name"

    def __init__(self, name: str, most: int) -> None:
        super().__init__(
            f"视图名称 {name!r} 无效：须为 1–{most} 个可见字符",
            f"{name!r} cannot be a view's name: give 1–{most} visible characters",
        )


class BadViewQueryError(RecordsError):
    """The filters are too long to be kept."""

    key = "bad_view_query"

    def __init__(self, length: int, most: int) -> None:
        super().__init__(
            f"筛选条件过长（{length} 字符，最多 {most}），请减少搜索的编号",
            f"the filters are too long to be kept ({length} characters, at most {most}); search for fewer ids",
        )


class TooManyViewsError(RecordsError):
    """The user has as many views of the page as there may be."""

    key = "too_many_views"

    def __init__(self, most: int) -> None:
        super().__init__(
            f"每个页面最多保存 {most} 个视图，请先删除不用的", f"a page holds at most {most} views of a user; delete one first"
        )


class BadNoteError(RecordsError):
    """The text cannot be a note."""

    key = "bad_note"

    def __init__(self, text: str, most: int) -> None:
        super().__init__(
            f"标注内容 {text!r} 无效：须为 1–{most} 个可见字符",
            f"{text!r} cannot be a note: give 1–{most} visible characters",
        )


class DaysReversedError(RecordsError):
    """The last day lies before the first."""

    key = "days_reversed"

    def __init__(self, first: str, last: str) -> None:
        super().__init__(
            f"结束日期 {last} 早于开始日期 {first}，请对调",
            f"the last day {last} lies before the first, {first}; give them the other way round",
        )


class TooManyNotesError(RecordsError):
    """The indicator has as many notes as there may be."""

    key = "too_many_notes"

    def __init__(self, most: int) -> None:
        super().__init__(f"每个指标最多 {most} 条标注，请先删除不用的", f"an indicator has at most {most} notes; remove one first")


class RulesChangedError(RecordsError):
    """Somebody published another version of the rule book meanwhile.

    Attributes:
        version, author, made_at, note: the newest one, who made it, when and why.
    """

    key = "rules_changed"

    def __init__(self, version: int, author: str, made_at: datetime, note: str, expected: int) -> None:
        self.version, self.author, self.made_at, self.note = version, author, made_at, note
        moment = made_at.isoformat(timespec="seconds")
        super().__init__(
            f"规则已不是第 {expected} 版：{author or '系统'}于 {moment} 发布了第 {version} 版（{note}）；请在其基础上重做修改",
            f"the rules are not at version {expected}: {author or 'the system'} published version {version} at {moment} ({note}); "
            f"make the changes to that one",
        )


class BadRuleNoteError(RecordsError):
    """A version of the rule book needs a note."""

    key = "bad_rule_note"

    def __init__(self, text: str, most: int) -> None:
        super().__init__(
            f"发布说明 {text!r} 无效：须为 1–{most} 个字符，说明为何修改",
            f"{text!r} cannot be the note of a version: say in 1–{most} characters why the rules change",
        )


class NoRuleBookError(RecordsError):
    """The store has no rule book yet."""

    key = "no_rule_book"

    def __init__(self) -> None:
        super().__init__("尚无时限规则，请先启动服务", "there is no rule book yet; an opened installation writes the first one")
