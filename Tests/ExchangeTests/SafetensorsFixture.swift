import FileTestSupport

/// Files that the Python package safetensors 0.8.0 wrote.
enum SafetensorsFixture {
  static let safetensors = Base64.decode(
    """
    +AEAAAAAAAB7Il9fbWV0YWRhdGFfXyI6eyJmb3JtYXQiOiJucCIsIm5vdGUiOiJncsO2w59lciJ9LCJpIjp7ImR0eXBlIjoiSTY0
    Iiwic2hhcGUiOlszXSwiZGF0YV9vZmZzZXRzIjpbMCwyNF19LCJkIjp7ImR0eXBlIjoiRjY0Iiwic2hhcGUiOlsyXSwiZGF0YV9v
    ZmZzZXRzIjpbMjQsNDBdfSwiZW1wdHkiOnsiZHR5cGUiOiJGMzIiLCJzaGFwZSI6WzAsNV0sImRhdGFfb2Zmc2V0cyI6WzQwLDQw
    XX0sInMiOnsiZHR5cGUiOiJGMzIiLCJzaGFwZSI6W10sImRhdGFfb2Zmc2V0cyI6WzQwLDQ0XX0sInciOnsiZHR5cGUiOiJGMzIi
    LCJzaGFwZSI6WzIsM10sImRhdGFfb2Zmc2V0cyI6WzQ0LDY4XX0sImgiOnsiZHR5cGUiOiJGMTYiLCJzaGFwZSI6WzRdLCJkYXRh
    X29mZnNldHMiOls2OCw3Nl19LCJ1Ijp7ImR0eXBlIjoiVTgiLCJzaGFwZSI6WzNdLCJkYXRhX29mZnNldHMiOls3Niw3OV19LCJm
    bGFnIjp7ImR0eXBlIjoiQk9PTCIsInNoYXBlIjpbMl0sImRhdGFfb2Zmc2V0cyI6Wzc5LDgxXX19ICAgICABAAAAAAAAAAIAAAAA
    AAAAAwAAAAAAAACamZmZmZm5PwAAAAAAAAjAAACAQAAAAAAAAAA/AACAPwAAwD8AAABAAAAgQAA8AMEBAAB8BwgJAQA=
    """)

  static let safetensorsSmall = Base64.decode(
    """
    iAAAAAAAAAB7Il9fbWV0YWRhdGFfXyI6eyJrIjoidiJ9LCJhIjp7ImR0eXBlIjoiRjMyIiwic2hhcGUiOlsyXSwiZGF0YV9vZmZz
    ZXRzIjpbMCw4XX0sImIiOnsiZHR5cGUiOiJGMTYiLCJzaGFwZSI6WzFdLCJkYXRhX29mZnNldHMiOls4LDEwXX19ICAgAACAPwAA
    AEAAQg==
    """)

  static let safetensorsNone = Base64.decode(
    """
    CAAAAAAAAAB7fSAgICAgIA==
    """)
}
