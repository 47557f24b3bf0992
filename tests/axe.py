"""Barriers in a page, as axe-core finds them (make build/axe.min.js fetches it)."""

import subprocess

import most

SOURCE = most.ROOT / "build" / "axe.min.js"
SERIOUS = ("serious", "critical")


def barriers(driver):
    """What stands in the way of people with keyboard, screen reader or weak eyes, a line each; of the
    page, or frame, that the driver looks at."""
    if not SOURCE.exists():
        subprocess.run(["make", "--silent", "build/axe.min.js"], cwd=most.ROOT, check=True)
    driver.execute_script(SOURCE.read_text())
    found = driver.execute_async_script(
        "const done = arguments[0];"
        "axe.run(document, {resultTypes: ['violations'], iframes: false})"
        ".then(found => done(found), error => done({error: String(error)}))")
    assert found.get("passes"), found.get("error", "axe looked at nothing")
    return [f"{rule['impact']}: {rule['help']}: {node['html'][:200]}"
            for rule in found["violations"] if rule["impact"] in SERIOUS
            for node in rule["nodes"]]
