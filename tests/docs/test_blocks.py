from __future__ import annotations

from pathlib import Path

import pytest

from tests.docs.blocks import Block, block, blocks

PAGE = """\
<!-- run: first -->
```sh
echo "```"
```

```json
{}
```

1. in a list

   <!-- not run: it would ask for a passphrase -->
   ```
   ledger init
   ```
"""


@pytest.fixture
def page(tmp_path: Path) -> Path:
    file = tmp_path / "page.md"
    file.write_text(PAGE, encoding="utf-8")
    return file


def test_a_block_has_the_name_in_the_comment_above_it(page: Path) -> None:
    first, second, third = blocks(page)
    assert first == Block("run", "first", "sh", 'echo "```"\n')
    assert second == Block("", "", "json", "{}\n")
    assert third.code == "   ledger init\n"


def test_a_name_that_no_block_has_is_an_error(page: Path) -> None:
    with pytest.raises(LookupError, match="0 blocks are called second"):
        block(page, "second")


def test_a_name_that_two_blocks_have_is_an_error(page: Path) -> None:
    page.write_text(PAGE + "\n" + PAGE, encoding="utf-8")
    with pytest.raises(LookupError, match="2 blocks are called first"):
        block(page, "first")
