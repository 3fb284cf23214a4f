"""Which browser and which kind of machine, in words, from what a browser says of itself."""

BROWSERS = (
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
MACHINES = (
    ("iPhone", "an iPhone"),
    ("iPad", "an iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS", "a Mac"),
    ("CrOS", "a Chromebook"),
    ("Linux", "Linux"),
)


def device(agent: str) -> str:
    """`Edge on Windows`, or `A browser` when it says nothing that we know."""
    browser = next((words for sign, words in BROWSERS if sign in agent), "A browser")
    machine = next((words for sign, words in MACHINES if sign in agent), "")
    return f"{browser} on {machine}" if machine else browser
