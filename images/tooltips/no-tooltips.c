// A GTK 3 module that keeps tooltips off the screen: they come half a second after the pointer rests, when a recorded
// screen has long settled, and GTK 3 has no setting against them. Their text stays in the accessibility tree.
#define _GNU_SOURCE
#include <dlfcn.h>

typedef unsigned long Type;
typedef int (*EmissionHook)(void *hint, unsigned count, const void *values, void *data);

static Type (*type_from_name)(const char *name);
static void (*override_class_handler)(const char *signal, Type type, void (*handler)(void));

static void show_nothing(void) {}

/** The window's type exists from the first query on, before it is shown. One time is enough: 0 ends the hook. */
static int on_first_query(void *hint, unsigned count, const void *values, void *data) {
  (void)hint, (void)count, (void)values, (void)data;
  Type window = type_from_name("GtkTooltipWindow");
  if (window) override_class_handler("show", window, show_nothing);
  return window == 0;
}

/** Called by GTK. A program that hides its GTK from other libraries is left alone. */
void gtk_module_init(int *argc, char ***argv) {
  (void)argc, (void)argv;
  Type (*widget_type)(void) = dlsym(RTLD_DEFAULT, "gtk_widget_get_type");
  void *(*class_ref)(Type) = dlsym(RTLD_DEFAULT, "g_type_class_ref");
  unsigned (*lookup)(const char *, Type) = dlsym(RTLD_DEFAULT, "g_signal_lookup");
  unsigned long (*add_hook)(unsigned, unsigned, EmissionHook, void *, void (*)(void *)) =
      dlsym(RTLD_DEFAULT, "g_signal_add_emission_hook");
  type_from_name = dlsym(RTLD_DEFAULT, "g_type_from_name");
  override_class_handler = dlsym(RTLD_DEFAULT, "g_signal_override_class_handler");
  if (!widget_type || !class_ref || !lookup || !add_hook || !type_from_name || !override_class_handler) return;
  // Signals belong to the class, which must be there before they can be looked up.
  class_ref(widget_type());
  add_hook(lookup("query-tooltip", widget_type()), 0, on_first_query, 0, 0);
}
