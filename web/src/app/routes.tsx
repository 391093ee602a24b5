/** The addresses of the pages. Each area lists its own, and is loaded when it is first visited. */
import { createBrowserRouter, Navigate, type RouteObject } from "react-router";
import { NotFound } from "./NotFound";
import { PageFailure } from "./PageFailure";
import { Root } from "./Root";
import { Shell } from "./Shell";
import { SignInPage } from "./SignInPage";

/** The pages of an area, below its path. */
const areas: RouteObject[] = [];

export function createRouter() {
  return createBrowserRouter([
    {
      element: <Root />,
      errorElement: <PageFailure />,
      children: [
        { path: "sign-in", element: <SignInPage /> },
        {
          element: <Shell />,
          children: [
            {
              errorElement: <PageFailure />,
              children: [
                { index: true, element: <Navigate to="/dashboards/executive" replace /> },
                ...areas,
                { path: "*", element: <NotFound /> },
              ],
            },
          ],
        },
      ],
    },
  ]);
}
