"""Paths of the web application's origin and the files that answer them, on the laptop and in CloudFront alike."""

FILES = {
    "/": "index.html",
    "/index.html": "index.html",
    "/favicon.svg": "favicon.svg",
    "/manifest.webmanifest": "manifest.webmanifest",
    "/assets/app-1a2b3c4d.js": "assets/app-1a2b3c4d.js",
    "/assets/fonts/inter.woff2": "assets/fonts/inter.woff2",
    "/assets/": "assets/",
    "/sign-in": "index.html",
    "/dashboards/executive": "index.html",
    "/dashboards/executive/": "index.html",
    "/data/sources/shop.v2": "index.html",
    "/fraud/decisions/a%2Fb.c": "index.html",
    "/assets": "index.html",
    "//evil.example": "index.html",
    "/../secret": "index.html",
    "/%61ssets/app.js": "index.html",
}
