/* A GTK window with an entry, a password entry and a label, for tests: GTK is opened at run time, so no headers of it are needed. */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

static void *library;

static void *named(const char *name) {
  void *function = dlsym(library, name);
  if (!function) {
    fprintf(stderr, "%s\n", dlerror());
    exit(1);
  }
  return function;
}

static void *made(const char *name) { return ((void *(*)(void))named(name))(); }
static void *made_of(const char *name, int kind) { return ((void *(*)(int))named(name))(kind); }
static void set_number(const char *name, void *on, int value) { ((void (*)(void *, int))named(name))(on, value); }
static void set_text(const char *name, void *on, const char *text) { ((void (*)(void *, const char *))named(name))(on, text); }
static void add(void *box, void *child) { ((void (*)(void *, void *))named("gtk_container_add"))(box, child); }

int main(void) {
  library = dlopen("libgtk-3.so.0", RTLD_NOW);
  if (!library) {
    fprintf(stderr, "%s\n", dlerror());
    return 1;
  }
  ((void (*)(void *, void *))named("gtk_init"))(NULL, NULL);
  void *window = made_of("gtk_window_new", 0);
  void *box = ((void *(*)(int, int))named("gtk_box_new"))(1, 16);
  void *user = made("gtk_entry_new");
  void *password = made("gtk_entry_new");
  set_text("gtk_window_set_title", window, "Sign in");
  set_number("gtk_entry_set_visibility", password, 0);
  set_number("gtk_entry_set_width_chars", user, 40);
  set_text("gtk_entry_set_placeholder_text", user, "Name");
  add(box, user);
  add(box, password);
  add(window, box);
  ((void (*)(void *))named("gtk_widget_show_all"))(window);
  ((void (*)(void))named("gtk_main"))();
  return 0;
}
