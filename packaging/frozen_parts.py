"""What is left out of the frozen program, and why. After a change here run the frozen program's self-test."""

import re
import sys

# Modules that the libraries can use but the console does not. Not pydoc nor QtOpenGL: pyqtgraph imports them.
UNUSED_MODULES = [
    "IPython",
    "PIL",
    "matplotlib",
    "pytest",
    "setuptools",
    "tkinter",
    # readline's library is under the GPL, and neither a line editor nor a terminal's screen is used.
    "curses",
    "readline",
    # Only the libraries' own tests and developers' tools open these.
    "lib2to3",
    "numpy.f2py",
    "pandas.tests",
    "pyqtgraph.examples",
    "pyqtgraph.opengl",
    "sqlalchemy.testing",
    "alembic.testing",
    *(
        f"PySide6.Qt{part}"
        for part in (
            "Concurrent", "Designer", "Help", "Qml", "Quick", "QuickControls2",
            "QuickTest", "QuickWidgets", "Sql", "Test", "UiTools", "Xml",
        )
    ),
]  # fmt: skip

# Regular expressions over paths inside the folder.
UNUSED_FILES = [
    # The GTK theme plug-in alone brings 50 MB of GTK; Qt draws the console's own theme.
    r"Qt6?/plugins/platformthemes/.*gtk3",
    r"Qt6?/plugins/(designer|egldeviceintegrations|generic|networkinformation|printsupport|qmllint|qmltooling|sqldrivers|tls)/",
    r"Qt6?/plugins/(vectorimageformats|wayland-graphics-integration-server)/",
    r"Qt6?/plugins/wayland-shell-integration/lib(fullscreen|ivi|qt-shell|wl-shell)",
    r"Qt6?/plugins/wayland-graphics-integration-client/lib(dmabuf|drm|shm|vulkan)",
    r"Qt6WlShell",
    r"Qt6?/plugins/platforms/.*q(eglfs|linuxfb|minimal|minimalegl|vkkhrdisplay|vnc|webgl)",
    r"Qt6?/plugins/platforminputcontexts/.*virtualkeyboard",
    r"Qt6?/plugins/imageformats/.*q(gif|icns|pdf|tga|tiff|wbmp|webp)",
    r"Qt6?/(qml|resources)/",
    r"Qt6?(Qml|Quick|VirtualKeyboard|Pdf|EglF|Sql|Help|Designer|Labs|Lottie|Test)",
    # The console's texts are its own; Qt's translations serve dialogs it does not use.
    r"Qt6?/translations/",
    r"opengl32sw\.dll$",
    # Cython's and NumPy's parts for compiling.
    r"numpy/(_core|core)/(include|lib)/",
    r"\.(pyi|pxd|c|h)$",
    r"(^|/)tests?/",
]

# System libraries that Python's own extension modules need: shipped, as their versions differ between distributions.
# All others that PyInstaller finds lie under Qt and are left to the system, which has them wherever it has a desktop
# and keeps them safe; the .deb depends on their packages.
SHIPPED_LIBRARIES = re.compile(r"lib(python3|ssl|crypto|ffi|bz2|lzma|mpdec|expat|uuid)\b")


def from_the_system(path: str) -> bool:
    """Whether a collected library is left to the system; only Linux libraries beside the wheels' own can be."""
    if not sys.platform.startswith("linux") or "/" in path or not path.startswith("lib"):
        return False
    return SHIPPED_LIBRARIES.match(path) is None
