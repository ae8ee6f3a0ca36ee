import { QueryClientProvider } from "@tanstack/react-query";
import { render } from "@testing-library/react";
import { createMemoryRouter, RouterProvider, type RouteObject } from "react-router";

import { queries } from "../api/queries";
import { InEnglish } from "../components/InEnglish";
import { NoticesProvider } from "./notices";

/** For tests: opens an address of a console that has these pages alone. */
export function openAt(address: string, pages: RouteObject[]) {
  const router = createMemoryRouter(pages, { initialEntries: [address] });
  const { container } = render(
    <QueryClientProvider client={queries}>
      <InEnglish>
        <NoticesProvider>
          <RouterProvider router={router} />
        </NoticesProvider>
      </InEnglish>
    </QueryClientProvider>,
  );
  return { router, container };
}
