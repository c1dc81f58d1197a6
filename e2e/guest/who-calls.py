# Serves in an instance: tells every caller the address that it is seen under.
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(self.client_address[0].encode())


ThreadingHTTPServer(("", 8080), Handler).serve_forever()
