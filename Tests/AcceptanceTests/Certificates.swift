import Foundation

/// A certificate authority of a test, with a server's and a client's certificate, made by the openssl program.
struct Certificates {
  let authority: String
  let serverCertificate: String
  let serverKey: String
  let clientCertificate: String
  let clientKey: String

  init(_ sandbox: Sandbox, name: String = "ca") throws {
    func path(_ file: String) -> String { sandbox.path("\(name)-\(file).pem") }
    func openssl(_ arguments: String...) throws {
      let result = try runToEnd("/usr/bin/openssl", arguments)
      guard result.code == 0 else { throw SandboxError("openssl \(arguments): \(result.errors)") }
    }
    func newKey(_ file: String) throws {
      try openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", path(file))
    }
    try newKey("authority-key")
    try openssl(
      "req", "-x509", "-new", "-key", path("authority-key"), "-subj", "/CN=\(name)", "-days", "2", "-out",
      path("authority"))
    for (role, names) in [("server", "subjectAltName=IP:127.0.0.1"), ("client", "extendedKeyUsage=clientAuth")] {
      try newKey("\(role)-key")
      try openssl("req", "-new", "-key", path("\(role)-key"), "-subj", "/CN=\(role)", "-out", path("\(role)-request"))
      let extensions = try sandbox.write("\(name)-\(role).ext", names + "\n")
      try openssl(
        "x509", "-req", "-in", path("\(role)-request"), "-CA", path("authority"), "-CAkey", path("authority-key"),
        "-CAcreateserial", "-days", "2", "-extfile", extensions, "-out", path(role))
    }
    authority = path("authority")
    (serverCertificate, serverKey) = (path("server"), path("server-key"))
    (clientCertificate, clientKey) = (path("client"), path("client-key"))
  }
}
