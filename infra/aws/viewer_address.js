// Tells the REST API who asks, in a header that a viewer cannot forge: whatever it sent is replaced.
function handler(event) {
  var request = event.request;
  request.headers['true-client-ip'] = { value: event.viewer.ip };
  return request;
}
