// signals.h - being told to stop: what Slurm sends before a limit, launchers and terminals.
#ifndef VT_CLI_SIGNALS_H
#define VT_CLI_SIGNALS_H

#include "vintner/team.h"

/// What a signal means to a command.
typedef enum signals_mode {
  SIGNALS_END,   ///< the end, by the signal; nothing half-written stays
  SIGNALS_LEAVE, ///< the end with exit code 75, before there are results; all ranks together
  SIGNALS_DRAIN, ///< finish what is in flight (vt_stop_asked)
  SIGNALS_HOLD,  ///< the same as SIGNALS_END, when that is said: what is at hand takes a moment
  SIGNALS_IGNORE ///< all is done
} signals_mode;

/// From now on signals are heard; what was ignored at start (nohup) stays ignored. A second one
/// drops what is in flight. Who is not out `drain_s` after the first is helped out: first by
/// dropping what is in flight, then by ending the process, with exit code 75.
///
/// @param drain_s   NaN: as long as the launcher leaves
/// @param parallel  ranks have to meet before they end
vt_error signals_listen(signals_mode mode, double drain_s, bool parallel);
void signals_mean(signals_mode mode);
/// All is done, and written: what is still told may be cut short, half a second after a signal, and
/// the process ends with this code.
void signals_done(int exit_code);
/// All is told: a launcher that ends this process since another one has left changes nothing of it.
void signals_told(int exit_code);

/// Have something looked after about once a second, beside whatever the process does; NULL: no
/// more, when the function returns. By another thread.
void signals_watch(void (*look)(void *context), void *context);

/// Collective. VT_STOPPED on all ranks if one has heard a signal, else what vt_team_settle says.
vt_error signals_settle(const vt_team *team, vt_error mine);

/// Collective. Name of a signal that some rank has heard, or NULL.
vt_error signals_name(const vt_team *team, const char **name);

#endif
