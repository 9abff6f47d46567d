package import HTTPServer
package import Logging
import Platform
package import Records

/// A running central: the database and the server.
package final class CentralService: Sendable {
  private let server: HTTPServer
  package static let lockFileName = "central.lock"

  /// Creates the data folder and the database if they are not there, and serves.
  ///
  /// - Throws: `CrossdockError` when another process has the folder, the database cannot be opened or the address not used.
  package init(
    dataFolder: String, server configuration: HTTPServerConfiguration, log: Logger
  ) throws(CrossdockError) {
    try Files.createFolder(dataFolder)
    let store = try CentralStore(folder: dataFolder)
    let routes = CentralRoutes(store, log: log)
    let server = try HTTPServer(configuration, routes: routes.all())
    self.server = server
    routes.setWake { [weak server] stream in server?.wake(stream) }
  }

  /// `127.0.0.1:7790`, the real one.
  package var address: String { server.address }
  package var port: UInt16 { server.port }

  /// Answers what is under way, closes every connection and returns.
  package func stop() {
    server.stop()
  }
}
