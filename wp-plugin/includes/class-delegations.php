<?php

namespace Tayang;

defined('ABSPATH') || exit;

/**
 * Acting officers: who acts for whom, from when to when. Stored with the person who is away (user meta
 * `tayang_delegations`, times in UTC, the end not included); Capabilities tells the sidecar, which lets the substitute
 * decide "X acting for Y" within the dates.
 */
final class Delegations
{
    public const META = 'tayang_delegations';

    /** plh (pelaksana harian): the officer is away for a while. plt (pelaksana tugas): the post has no officer. */
    public const KINDS = ['plh', 'plt'];
    private const MAX_REASON = 500;
    private const MAX_DAYS = 366;

    /** @return array<int, array{to: int, starts_at: string, ends_at: string, kind: string, reason: string, by: int}> */
    public static function of(int $user_id): array
    {
        $stored = get_user_meta($user_id, Capabilities::key(self::META), true);
        return array_values(array_filter(is_array($stored) ? $stored : [], 'is_array'));
    }

    /** @return array<int, array<string, mixed>> Those that are in force or still to come, first one first. */
    public static function open(int $user_id): array
    {
        $open = array_filter(self::of($user_id), static fn(array $one): bool => strtotime($one['ends_at']) > time());
        usort($open, static fn(array $a, array $b): int => strtotime($a['starts_at']) <=> strtotime($b['starts_at']));
        return $open;
    }

    /** @param array<string, mixed> $delegation */
    public static function is_in_force(array $delegation): bool
    {
        return strtotime($delegation['starts_at']) <= time() && time() < strtotime($delegation['ends_at']);
    }

    /**
     * What others handed to this person, in force or still to come.
     *
     * @return array<int, array<string, mixed>> as stored, with `from`: who is away
     */
    public static function received(int $user_id): array
    {
        $received = [];
        foreach (self::givers() as $giver) {
            foreach (self::open($giver) as $one) {
                if ((int) $one['to'] === $user_id) {
                    $received[] = ['from' => $giver] + $one;
                }
            }
        }
        return $received;
    }

    /** Whether this person acts for somebody right now. */
    public static function acts_for_somebody(int $user_id): bool
    {
        foreach ($user_id ? self::received($user_id) : [] as $one) {
            if (self::is_in_force($one) && Capabilities::roles_of((int) $one['from'])) {
                return true;
            }
        }
        return false;
    }

    /**
     * Adds one. Dates are days in the office's zone, both included.
     *
     * @param array{to: int, from_day: string, to_day: string, kind: string, reason: string} $wish
     */
    public static function add(int $user_id, array $wish, int $by): bool|\WP_Error
    {
        $starts = self::day($wish['from_day']);
        $ends = self::day($wish['to_day'])?->modify('+1 day');
        $fault = self::fault($user_id, (int) $wish['to'], $starts, $ends, $wish['kind']);
        if ($fault !== '') {
            return new \WP_Error('tayang_delegation', $fault, ['status' => 422]);
        }
        $all = self::of($user_id);
        $all[] = [
            'to' => (int) $wish['to'],
            'starts_at' => self::utc($starts),
            'ends_at' => self::utc($ends),
            'kind' => $wish['kind'],
            'reason' => mb_substr(sanitize_textarea_field($wish['reason']), 0, self::MAX_REASON),
            'by' => $by,
        ];
        self::store($user_id, $all);
        return true;
    }

    /** Ends one now, or drops it when it has not begun. False when there is none with this key. */
    public static function end(int $user_id, string $key): bool
    {
        $left = [];
        $found = false;
        foreach (self::of($user_id) as $one) {
            if (self::key($one) !== $key || strtotime($one['ends_at']) <= time()) {
                $left[] = $one;
                continue;
            }
            $found = true;
            if (self::is_in_force($one)) {
                $left[] = ['ends_at' => gmdate('Y-m-d\TH:i:s\Z')] + $one;
            }
        }
        if ($found) {
            self::store($user_id, $left);
        }
        return $found;
    }

    /** Takes a person out of what others handed over. Returns how many delegations that changed. */
    public static function forget_person(int $user_id): int
    {
        $changed = 0;
        foreach (self::givers() as $giver) {
            $before = self::of($giver);
            $left = array_filter($before, static fn(array $one): bool => (int) $one['to'] !== $user_id);
            $left = array_map(static fn(array $one): array => (int) $one['by'] === $user_id ? ['by' => 0] + $one : $one, $left);
            if (array_values($left) !== $before) {
                self::store($giver, $left);
                $changed++;
            }
        }
        return $changed;
    }

    /** A name for one delegation of a person, for buttons. @param array<string, mixed> $delegation */
    public static function key(array $delegation): string
    {
        return substr(md5($delegation['to'] . $delegation['starts_at'] . $delegation['kind']), 0, 12);
    }

    /** "Plh." or "Plt.", as it stands before the name of an office. */
    public static function kind_name(string $kind): string
    {
        return $kind === 'plt' ? 'Plt.' : 'Plh.';
    }

    /** The last day on which a delegation holds, or the time at which it was ended within a day. */
    public static function last_day(string $ends_at): string
    {
        $end = (new \DateTimeImmutable($ends_at))->setTimezone(wp_timezone());
        $is_midnight = $end->format('H:i:s') === '00:00:00';
        return $is_midnight
            ? wp_date('j M Y', $end->modify('-1 day')->getTimestamp())
            : wp_date('j M Y, H.i T', $end->getTimestamp());
    }

    /** Why not, in one sentence; empty when all is well. */
    private static function fault(int $user_id, int $to, ?\DateTimeImmutable $starts, ?\DateTimeImmutable $ends, string $kind): string
    {
        $substitute = get_userdata($to);
        $clash = $starts && $ends ? self::clash($user_id, $starts, $ends) : null;
        $today = new \DateTimeImmutable('today', wp_timezone());
        return match (true) {
            !in_array($kind, self::KINDS, true) => __('Choose Plh. or Plt.', 'tayang'),
            !$substitute || !is_user_member_of_blog($to) || user_can($to, Capabilities::ROBOT) => __('Choose who acts: a person who has an account on this site.', 'tayang'),
            $to === $user_id => __('Nobody acts for themselves: choose another person.', 'tayang'),
            !$starts || !$ends => __('Enter both days, from and to.', 'tayang'),
            $ends <= $starts => __('The last day lies before the first one.', 'tayang'),
            $starts < $today => __('A delegation begins today at the earliest: what was decided before stays as it was.', 'tayang'),
            $starts->diff($ends)->days > self::MAX_DAYS => __('A delegation lasts a year at most.', 'tayang'),
            $clash !== null => sprintf(
                /* translators: 1: name of a person, 2: date, 3: date */
                __('In these days %1$s acts already (%2$s to %3$s). End that one first, or choose other days.', 'tayang'),
                get_userdata($clash['to'])->display_name ?? '?',
                wp_date('j M Y', strtotime($clash['starts_at'])),
                self::last_day($clash['ends_at'])
            ),
            default => '',
        };
    }

    /** @return array<string, mixed>|null One that holds within the span. */
    private static function clash(int $user_id, \DateTimeImmutable $starts, \DateTimeImmutable $ends): ?array
    {
        foreach (self::open($user_id) as $one) {
            if (strtotime($one['starts_at']) < $ends->getTimestamp() && $starts->getTimestamp() < strtotime($one['ends_at'])) {
                return $one;
            }
        }
        return null;
    }

    private static function day(string $day): ?\DateTimeImmutable
    {
        $at = \DateTimeImmutable::createFromFormat('!Y-m-d', $day, wp_timezone());
        return $at && $at->format('Y-m-d') === $day ? $at : null;
    }

    private static function utc(\DateTimeImmutable $at): string
    {
        return gmdate('Y-m-d\TH:i:s\Z', $at->getTimestamp());
    }

    /** @param array<int, array<string, mixed>> $delegations */
    private static function store(int $user_id, array $delegations): void
    {
        update_user_meta($user_id, Capabilities::key(self::META), wp_slash(array_values($delegations)));
    }

    /** @return array<int, int> Everybody on this site who ever handed over. */
    private static function givers(): array
    {
        $ids = wp_cache_get(self::cache_key(), 'tayang');
        if (!is_array($ids)) {
            $ids = array_map('intval', get_users(['meta_key' => Capabilities::key(self::META), 'fields' => 'ID']));
            wp_cache_set(self::cache_key(), $ids, 'tayang', HOUR_IN_SECONDS);
        }
        return $ids;
    }

    /** After a delegation was written, whoever wrote it. */
    public static function forget(): void
    {
        wp_cache_delete(self::cache_key(), 'tayang');
    }

    private static function cache_key(): string
    {
        return 'delegation_givers_' . get_current_blog_id();
    }
}
