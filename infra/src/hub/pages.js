// Runs at CloudFront's edge. A path whose last part has no dot is a page, and every page is the one document.
function handler(event) {
  var request = event.request;
  if (!/\.[^/]*$/.test(request.uri)) {
    request.uri = "/index.html";
  }
  return request;
}
