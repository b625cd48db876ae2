import FileTestSupport

/// Files that Python wrote: NumPy 2.4.6, and gzip with level 9.
enum InputFixture {
  static let gzipHello = Base64.decode(
    """
    H4sIAAAAAAACA8tIzcnJV8hAJ7kAAIhZCxgAAAA=
    """)

  static let npyU1 = Base64.decode(
    """
    k05VTVBZAQB2AHsnZGVzY3InOiAnfHUxJywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsIDMsIDQpLCB9ICAg
    ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAChQeKDI8RlBaZG54goyWoKq0vsjS
    3OY=
    """)
}
