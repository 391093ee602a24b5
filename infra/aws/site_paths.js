// Turns paths of the web application into files of its bucket, as `file_at` in `infra/web_site.py` does on the laptop.
// An error response of the distribution could do so too, but would replace the errors of the API as well.
function handler(event) {
  var request = event.request;
  var isFile = /^\/assets\//.test(request.uri) || /^\/[^/]*\.[^/]*$/.test(request.uri);
  if (!isFile) {
    request.uri = '/index.html';
  }
  return request;
}
