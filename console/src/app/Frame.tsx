import AppLayout from "@cloudscape-design/components/app-layout";
import SideNavigation from "@cloudscape-design/components/side-navigation";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Spinner from "@cloudscape-design/components/spinner";
import TopNavigation from "@cloudscape-design/components/top-navigation";
import Box from "@cloudscape-design/components/box";
import { useQuery } from "@tanstack/react-query";
import { Suspense, useEffect, useState, useSyncExternalStore } from "react";
import { Outlet, ScrollRestoration, useLocation, useNavigate } from "react-router";

import { system } from "../api/system";
import { LANGUAGES, useLanguage, useMessages, type Language } from "../i18n/language";
import { useLogin } from "./login";
import { APPEARANCES, useAppearance, type Appearance } from "./mode";
import { NoticeBar, NoticesProvider } from "./notices";
import { useSessionEnded } from "./session";
import { SessionEnded } from "./SessionEnded";

const LANGUAGE_NAMES: Record<Language, string> = { en: "English", es: "Español" };

/** What is around every page: top bar, navigation, notices. */
export function Frame() {
  return (
    <NoticesProvider>
      <Layout />
      {/* Without it a page opens as far down as the one before it was read. */}
      <ScrollRestoration />
    </NoticesProvider>
  );
}

function Layout() {
  const messages = useMessages();
  const isEnded = useSessionEnded();
  const isWide = useIsWide();
  const [isOpen, setOpen] = useState(isWide);
  useEffect(() => setOpen(isWide), [isWide]);
  return (
    <>
      <Top />
      <AppLayout
        headerSelector="#top"
        navigation={<Navigation />}
        navigationOpen={isOpen}
        onNavigationChange={({ detail }) => setOpen(detail.open)}
        navigationWidth={220}
        toolsHide
        notifications={<NoticeBar />}
        stickyNotifications
        ariaLabels={{
          navigation: messages.common.navigation,
          navigationClose: messages.common.closeNavigation,
          navigationToggle: messages.common.openNavigation,
          notifications: messages.common.notifications,
        }}
        content={
          <SpaceBetween size="l">
            {isEnded && <SessionEnded />}
            <Suspense fallback={<Waiting />}>
              <Outlet />
            </Suspense>
          </SpaceBetween>
        }
      />
    </>
  );
}

/** Whether there is room for the navigation beside a page. */
const WIDE = "(min-width: 1100px)";

function useIsWide(): boolean {
  return useSyncExternalStore(
    (changed) => {
      const query = window.matchMedia(WIDE);
      query.addEventListener("change", changed);
      return () => query.removeEventListener("change", changed);
    },
    () => window.matchMedia(WIDE).matches,
  );
}

function Waiting() {
  return (
    <Box textAlign="center" padding="xxl">
      <Spinner size="large" />
    </Box>
  );
}

function Top() {
  const messages = useMessages();
  const { language, choose: chooseLanguage } = useLanguage();
  const { appearance, choose: chooseAppearance } = useAppearance();
  const me = useQuery(system.me()).data;
  const login = useLogin();
  const navigate = useNavigate();
  return (
    <div id="top">
      <TopNavigation
        identity={{
          href: "/",
          logo: { src: "/wordmark.svg", alt: messages.common.product },
          onFollow: (event) => {
            event.preventDefault();
            void navigate("/");
          },
        }}
        utilities={[
          {
            type: "menu-dropdown",
            iconName: "globe",
            text: LANGUAGE_NAMES[language],
            ariaLabel: `${messages.top.language}: ${LANGUAGE_NAMES[language]}`,
            items: LANGUAGES.map((id) => ({ id, text: LANGUAGE_NAMES[id] })),
            onItemClick: ({ detail }) => void chooseLanguage(detail.id as Language),
          },
          {
            type: "menu-dropdown",
            iconName: "settings",
            text: messages.top[appearance],
            ariaLabel: `${messages.top.mode}: ${messages.top[appearance]}`,
            items: APPEARANCES.map((id) => ({ id, text: messages.top[id] })),
            onItemClick: ({ detail }) => chooseAppearance(detail.id as Appearance),
          },
          ...(me
            ? [
                {
                  type: "menu-dropdown" as const,
                  iconName: "user-profile" as const,
                  text: messages.top.role[me.role],
                  description: me.principal,
                  items: [
                    { id: "api", text: messages.top.apiDocument, href: "/api/v1/openapi.json", external: true },
                    ...(login ? [{ id: "out", text: messages.top.signOut }] : []),
                  ],
                  onItemClick: ({ detail }: { detail: { id: string } }) => {
                    if (detail.id === "out") login?.out();
                  },
                },
              ]
            : []),
        ]}
      />
    </div>
  );
}

function Navigation() {
  const messages = useMessages();
  const { pathname } = useLocation();
  const navigate = useNavigate();
  const active = ["/scenarios", "/settings/regions"].find((path) => pathname.startsWith(path)) ?? pathname;
  return (
    <SideNavigation
      activeHref={active}
      items={[
        { type: "link", text: messages.common.home, href: "/" },
        { type: "link", text: messages.common.scenarios, href: "/scenarios" },
        { type: "divider" },
        { type: "link", text: messages.common.regions, href: "/settings/regions" },
      ]}
      onFollow={(event) => {
        if (event.detail.external) return;
        event.preventDefault();
        void navigate(event.detail.href);
      }}
    />
  );
}
