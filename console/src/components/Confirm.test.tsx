import { render, screen, waitFor } from "@testing-library/react";
import { userEvent } from "@testing-library/user-event";
import { expect, it, vi } from "vitest";

import { Refusal } from "../api/refusal";
import { Confirm } from "./Confirm";
import { InEnglish } from "./InEnglish";

function show(perform: () => Promise<void>, word?: string) {
  const close = vi.fn();
  render(
    <InEnglish>
      <Confirm
        title="Delete Checkout?"
        text="It goes."
        action="Delete"
        {...(word !== undefined && { word })}
        perform={perform}
        close={close}
      />
    </InEnglish>,
  );
  return { close, button: () => screen.getByRole<HTMLButtonElement>("button", { name: "Delete" }) };
}

it("acts only once the name was typed", async () => {
  const perform = vi.fn(() => Promise.resolve());
  const { close, button } = show(perform, "Checkout");
  await userEvent.click(button());
  expect(perform).not.toHaveBeenCalled();
  await userEvent.type(screen.getByRole("textbox", { name: "To confirm, type Checkout" }), "Checkout{Enter}");
  await waitFor(() => expect(close).toHaveBeenCalledOnce());
  expect(perform).toHaveBeenCalledOnce();
});

it("stays open and says why when it did not work", async () => {
  const refusal = new Refusal({ status: 409, code: "RUN_ACTIVE", detail: "a run is not over" });
  const { close, button } = show(() => Promise.reject(refusal));
  await userEvent.click(button());
  expect(await screen.findByText("a run is not over")).toBeTruthy();
  expect(close).not.toHaveBeenCalled();
});

it("takes the name as it is shown, with its blanks run together", async () => {
  const perform = vi.fn(() => Promise.resolve());
  show(perform, "Check  out ");
  await userEvent.type(screen.getByRole("textbox"), "Check out{Enter}");
  await waitFor(() => expect(perform).toHaveBeenCalledOnce());
});

it("acts once, however often Enter is pressed", async () => {
  const perform = vi.fn(() => new Promise<void>(() => undefined));
  show(perform, "Checkout");
  await userEvent.type(screen.getByRole("textbox"), "Checkout{Enter}{Enter}");
  expect(perform).toHaveBeenCalledOnce();
});

it("stays open under the second click of two, which lands beside it", async () => {
  const { close } = show(() => Promise.resolve());
  // What lies around it is a part of it.
  await userEvent.click(screen.getByRole("dialog"));
  expect(close).not.toHaveBeenCalled();
  await userEvent.click(screen.getAllByRole("button", { name: "Cancel" })[0] as HTMLElement);
  expect(close).toHaveBeenCalledOnce();
});
