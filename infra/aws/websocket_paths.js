// Turns the contracts' WebSocket addresses into the channel of the WebSocket API, which has no paths after its stage.
var STAGE = '/live';

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch (malformed) {
    return null;
  }
}

function channelOf(uri) {
  var parts = uri.replace(/^\/+|\/+$/g, '').split('/');
  if (parts.length === 2 && parts[0] === 'ws' && parts[1] === 'analytics') {
    return 'analytics';
  }
  if (parts.length === 3 && parts[0] === 'ws' && parts[1] === 'dashboards') {
    var dashboard = decoded(parts[2]);
    return dashboard && dashboard.indexOf('/') < 0 ? 'dashboards/' + dashboard : null;
  }
  return null;
}

// The client's own query follows, without a channel: it may not choose another one.
function withChannel(channel, query) {
  var found = { channel: { value: encodeURIComponent(channel) } };
  for (var name in query) {
    if (decoded(name) !== 'channel') {
      found[name] = query[name];
    }
  }
  return found;
}

function handler(event) {
  var request = event.request;
  var channel = channelOf(request.uri);
  if (channel === null) {
    return { statusCode: 404, statusDescription: 'Not Found' };
  }
  request.querystring = withChannel(channel, request.querystring);
  request.uri = STAGE;
  return request;
}
