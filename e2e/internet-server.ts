// A web server on the internet side of a daemon's instances: it tells who asks, and can answer slowly.
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";
import type { Daemon } from "./daemon.ts";
import { internetNamespace } from "./host-traces.ts";
import { until } from "./until.ts";

/** The server. */
export interface InternetServer {
  /** Where it answers; `/` answers the asker's address, `/slow` the same over three seconds. */
  url: string;
  /** What it has been asked, as `address path`. */
  asked: string[];
  stop(): Promise<void>;
}

const program = `
import http.server, sys, time
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = self.client_address[0].encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.flush()
        print(self.client_address[0], self.path, flush=True)
        for byte in body:
            if self.path == "/slow": time.sleep(3 / len(body))
            self.wfile.write(bytes([byte]))
            self.wfile.flush()
    def log_message(self, *args): pass
class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
server = Server((sys.argv[1], 80), Handler)
print("ready", flush=True)
server.serve_forever()
`;

/** Starts one at an address that the internet side has. */
export async function startInternetServer(daemon: Daemon, address: string): Promise<InternetServer> {
  const inside = [`--net=/run/netns/${internetNamespace(daemon.dataDir)}`];
  const child: ChildProcess = spawn("nsenter", [...inside, "python3", "-c", program, address], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { PATH: process.env["PATH"] ?? "" },
  });
  const said: string[] = [];
  if (child.stdout !== null) createInterface({ input: child.stdout }).on("line", (line) => said.push(line));
  await until("the server on the internet is ready", () => said.shift());
  return {
    url: `http://${address}`,
    asked: said,
    async stop() {
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.kill();
      await ended;
    },
  };
}
